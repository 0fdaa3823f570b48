// Whoever has not chosen yet gets the clock of their own device.
const zone = document.querySelector("#time_zone");
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.querySelector("#errors") && [...zone.options].some((option) => option.value === own)) zone.value = own;
document.querySelector("[data-focus]")?.focus();
