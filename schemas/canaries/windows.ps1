# Opens the canary on this managed Windows device every {{MINUTES}} minutes while somebody is signed in, Monday to Friday from 7 to 18 o'clock: wider than
# school hours, so that none of these is missed. In holidays nobody waits for it.
# Run once as administrator, or give it to the devices by Intune or Group Policy. To end it: Unregister-ScheduledTask -TaskName "{{TASK}}"
#
# It asks as whoever is signed in and through the same proxy settings as the browser, because that is the way to be proven. A filter that lives
# inside the browser as an extension does not see it: for those use a browser that opens the search page instead.
$ErrorActionPreference = 'Stop'
$work = @'
$now = Get-Date
if ($now.DayOfWeek -in 'Saturday', 'Sunday' -or $now.Hour -lt 7 -or $now.Hour -ge 18) { exit }
[System.Net.WebRequest]::DefaultWebProxy.Credentials = [System.Net.CredentialCache]::DefaultCredentials
[System.Net.ServicePointManager]::SecurityProtocol = [System.Net.SecurityProtocolType]::Tls12
foreach ($address in @('{{SEARCH}}', '{{URL}}')) {
    try { Invoke-WebRequest -Uri $address -UseBasicParsing -UseDefaultCredentials -TimeoutSec 20 | Out-Null } catch { }
}
'@
$encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($work))
$action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument "-NoProfile -NonInteractive -WindowStyle Hidden -EncodedCommand $encoded"
$trigger = New-ScheduledTaskTrigger -Once -At (Get-Date) -RepetitionInterval (New-TimeSpan -Minutes {{MINUTES}})
$settings = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries -StartWhenAvailable -ExecutionTimeLimit (New-TimeSpan -Minutes 2)
# The group of whoever sits at the device.
$principal = New-ScheduledTaskPrincipal -GroupId 'S-1-5-4'
Register-ScheduledTask -TaskName '{{TASK}}' -Action $action -Trigger $trigger -Settings $settings -Principal $principal -Force | Out-Null
