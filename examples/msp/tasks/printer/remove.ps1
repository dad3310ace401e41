Remove-Printer -Name $env:ORDAIN_PARAM_NAME
