# Installs the agent; it registers itself through the company's discovery address.
$ErrorActionPreference = 'Stop'
$package = "\\files\software\backup-agent\$env:ORDAIN_VERSION\agent.msi"
$setup = Start-Process -FilePath msiexec.exe -ArgumentList '/i', $package, '/qn' -Wait -PassThru
exit $setup.ExitCode
