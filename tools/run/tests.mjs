/** All tests by turbo, then one count of them from the reports that vitest leaves in every package. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { turbo } from './programs.mjs';
import { packages, readJson, root } from './workspace.mjs';

/** With GM_REQUIRE_ALL=1 a test may not be skipped because a part (a browser, a device) is missing. */
const requireAll = process.env.GM_REQUIRE_ALL === '1';

export async function test(args) {
  const tested = packages().filter(({ manifest }) => manifest.scripts?.test);
  // turbo brings the report of an unchanged package back from its cache; what is then missing has not run.
  for (const { folder } of tested) rmSync(reportPath(folder), { force: true });
  const code = await turbo(['test', '--output-logs=new-only', '--continue=dependencies-successful', ...args]);
  const all = args.length === 0;
  return summarize(tested.map(read).filter(({ missing }) => all || !missing)) && code === 0 ? 0 : 1;
}

const reportPath = (folder) => join(root, folder, '.vitest', 'report.json');

function read({ folder, manifest: { name } }) {
  if (!existsSync(reportPath(folder))) return { name, passed: 0, failed: 1, skipped: [], missing: true };
  const report = readJson(reportPath(folder));
  const cases = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const skipped = cases.filter(({ status }) => !['passed', 'failed'].includes(status));
  // A file that cannot be loaded has no cases, and still is a failure.
  const failed = Math.max(report.numFailedTests, report.success ? 0 : 1);
  return { name, passed: report.numPassedTests, failed, skipped, missing: false };
}

/** Prints the counts; true when nothing failed. The last line is the one to read (and to grep). */
function summarize(results) {
  const total = (count) => results.reduce((sum, result) => sum + count(result), 0);
  console.log(`\n${'package'.padEnd(24)}${'passed'.padStart(8)}${'failed'.padStart(8)}${'skipped'.padStart(9)}`);
  for (const { name, passed, failed, skipped, missing } of results) {
    const counts = `${`${passed}`.padStart(8)}${`${failed}`.padStart(8)}${`${skipped.length}`.padStart(9)}`;
    console.log(
      `${name.padEnd(24)}${counts}${missing ? '  (no report: it did not build, or its tests did not start)' : ''}`,
    );
  }
  for (const { name, skipped } of results)
    for (const line of inGroups(skipped)) console.log(`skipped in ${name}: ${line}`);

  const skipped = total((result) => result.skipped.length);
  const failed = total((result) => result.failed);
  if (requireAll && skipped > 0)
    console.log('GM_REQUIRE_ALL=1 forbids skipped tests: each skipped one counts as failed.');
  const [failures, left] = requireAll ? [failed + skipped, 0] : [failed, skipped];
  console.log(`\n${total((result) => result.passed)} passed, ${failures} failed, ${left} skipped`);
  return failures === 0;
}

/** Tests that are skipped together have the reason in the title that they share. */
function inGroups(skipped) {
  const groups = new Map();
  for (const {
    ancestorTitles: [shared],
    fullName,
  } of skipped) {
    groups.set(shared ?? fullName, [...(groups.get(shared ?? fullName) ?? []), fullName]);
  }
  return [...groups].map(([shared, titles]) => (titles.length === 1 ? titles[0] : `${shared}: ${titles.length} tests`));
}
