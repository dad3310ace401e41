# Is the system drive encrypted? Only reports: turning it on is a project of its own.
$volume = Get-BitLockerVolume -MountPoint $env:SystemDrive
$volume.ProtectionStatus -eq 'On'
