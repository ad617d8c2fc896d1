/**
 * `npm run <task>` from a fresh clone, with nothing but Node and npm.
 *
 * This file only asks whether Node is new enough, in words that an old Node can read; the tasks are in run/tasks.mjs.
 */
const needed = [20, 19];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  console.error(`gm needs Node ${needed.join('.')} or newer, and this is Node ${process.versions.node}.
Install a current Node from https://nodejs.org (or let your version manager read .node-version), then run the same command again.`);
  process.exitCode = 1;
} else {
  import('./run/tasks.mjs').then(({ main }) => main(process.argv.slice(2)));
}
