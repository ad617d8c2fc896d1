/** Preloaded into a measured process: tells its parent the most memory it held, in MB. */
process.on('exit', () => process.send?.({ peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024) }));
