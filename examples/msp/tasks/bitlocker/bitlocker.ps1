# Asked for what by $env:ORDAIN_METHOD: test, get or set.
$volume = Get-BitLockerVolume -MountPoint $env:SystemDrive
switch ($env:ORDAIN_METHOD) {
    "test" { $volume.ProtectionStatus -eq "On" }
    "get"  { $volume | Select-Object MountPoint, ProtectionStatus, EncryptionPercentage | ConvertTo-Json }
    "set"  {
        Add-BitLockerKeyProtector -MountPoint $env:SystemDrive -RecoveryPasswordProtector | Out-Null
        Enable-BitLocker -MountPoint $env:SystemDrive -UsedSpaceOnly -SkipHardwareTest -TpmProtector | Out-Null
    }
}
