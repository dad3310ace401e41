# Is the printer there, at that address, with that driver?
$printer = Get-Printer -Name $env:ORDAIN_PARAM_NAME -ErrorAction SilentlyContinue
$port = Get-PrinterPort -Name "IP_$env:ORDAIN_PARAM_ADDRESS" -ErrorAction SilentlyContinue
($null -ne $printer) -and ($null -ne $port) -and ($printer.PortName -eq $port.Name) -and ($printer.DriverName -eq $env:ORDAIN_PARAM_DRIVER)
