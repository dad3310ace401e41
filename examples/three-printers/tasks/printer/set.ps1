# Adds the printer, or moves it to its new address.
$ErrorActionPreference = 'Stop'
$port = "IP_$env:ORDAIN_PARAM_ADDRESS"
if (-not (Get-PrinterPort -Name $port -ErrorAction SilentlyContinue)) {
    Add-PrinterPort -Name $port -PrinterHostAddress $env:ORDAIN_PARAM_ADDRESS
}
Add-PrinterDriver -Name $env:ORDAIN_PARAM_DRIVER
if (Get-Printer -Name $env:ORDAIN_PARAM_NAME -ErrorAction SilentlyContinue) {
    Set-Printer -Name $env:ORDAIN_PARAM_NAME -PortName $port -DriverName $env:ORDAIN_PARAM_DRIVER
} else {
    Add-Printer -Name $env:ORDAIN_PARAM_NAME -PortName $port -DriverName $env:ORDAIN_PARAM_DRIVER
}
Set-PrintConfiguration -PrinterName $env:ORDAIN_PARAM_NAME -Color ($env:ORDAIN_PARAM_COLOUR -eq 'true')
