# Installs the version that the plan asks for.
$ErrorActionPreference = 'Stop'
$package = "\\files\software\softphone\$env:ORDAIN_VERSION\softphone.msi"
$setup = Start-Process -FilePath msiexec.exe -ArgumentList '/i', $package, '/qn' -Wait -PassThru
exit $setup.ExitCode
