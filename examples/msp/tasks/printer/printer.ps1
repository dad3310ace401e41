$name = $env:ORDAIN_PARAM_NAME
$printer = Get-Printer -Name $name -ErrorAction SilentlyContinue
switch ($env:ORDAIN_METHOD) {
    "test" { $null -ne $printer -and $printer.PortName -eq $env:ORDAIN_PARAM_ADDRESS }
    "get"  { $printer | ConvertTo-Json }
    "set"  {
        if ($printer) { Remove-Printer -Name $name }
        Add-PrinterPort -Name $env:ORDAIN_PARAM_ADDRESS -PrinterHostAddress $env:ORDAIN_PARAM_ADDRESS -ErrorAction SilentlyContinue
        Add-Printer -Name $name -PortName $env:ORDAIN_PARAM_ADDRESS -DriverName "Microsoft IPP Class Driver"
    }
}
