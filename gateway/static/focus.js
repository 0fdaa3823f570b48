// What has just happened is read out first.
document.querySelector("[data-focus]")?.focus();
