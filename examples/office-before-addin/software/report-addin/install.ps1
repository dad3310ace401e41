# Registers the add-in for everybody on this computer.
$ErrorActionPreference = 'Stop'
$package = "\\files\software\report-addin\$env:ORDAIN_VERSION\report-addin.msi"
$setup = Start-Process -FilePath msiexec.exe -ArgumentList '/i', $package, '/qn' -Wait -PassThru
exit $setup.ExitCode
