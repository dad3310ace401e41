# Asked for what by $env:ORDAIN_METHOD: test, get or set.
$volume = Get-BitLockerVolume -MountPoint $env:SystemDrive
switch ($env:ORDAIN_METHOD) {
    "test" { $volume.ProtectionStatus -eq "On" }
    "get"  { $volume | Select-Object MountPoint, ProtectionStatus, EncryptionPercentage | ConvertTo-Json }
    "set"  {
        $protected = Add-BitLockerKeyProtector -MountPoint $env:SystemDrive -RecoveryPasswordProtector
        $recovery = @($protected.KeyProtector | Where-Object KeyProtectorType -eq "RecoveryPassword")[-1]
        # In escrow before the disk is locked: read with `ordain secrets show`.
        Set-Content "$env:ORDAIN_OUTPUT/recovery-key" $recovery.RecoveryPassword
        Enable-BitLocker -MountPoint $env:SystemDrive -UsedSpaceOnly -SkipHardwareTest -TpmProtector | Out-Null
    }
}
