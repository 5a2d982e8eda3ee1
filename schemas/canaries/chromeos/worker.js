// A page in a tab, not a fetch: filters that are extensions themselves look at tabs alone.
const pages = ["{{SEARCH}}", "{{URL}}"];

chrome.runtime.onInstalled.addListener(schedule);
chrome.runtime.onStartup.addListener(schedule);

function schedule() {
  chrome.alarms.create("canary", { delayInMinutes: 1, periodInMinutes: {{MINUTES}} });
}

chrome.alarms.onAlarm.addListener(async () => {
  for (const page of pages) {
    const tab = await chrome.tabs.create({ url: page, active: false });
    setTimeout(() => chrome.tabs.remove(tab.id).catch(() => {}), 20000);
  }
});
