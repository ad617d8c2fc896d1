import { spawn } from 'node:child_process';

/** A step that has not come to its end by then never will in this run. */
const SECONDS_AT_MOST = 120;

/**
 * Measures every task in every round, one after the other, so that what else the machine does strikes all of them alike; those that
 * are slow only once, after the rounds. Begins nothing new when the time is up.
 *
 * @param tasks  [{ engine, workload, steps, seconds, once }]
 * @returns a map from each task to its reports, one a round; each has milliseconds or `failed`
 */
export async function measureAll(tasks, { rounds, minutes, say }) {
  const deadline = performance.now() + 60_000 * minutes;
  const reports = new Map(tasks.map((task) => [task, []]));
  for (const { task, round } of turns(tasks, rounds)) {
    if (performance.now() > deadline) break;
    say(`${task.once ? 'once' : `round ${round + 1} of ${rounds}`}: ${task.workload}, ${task.engine.label}`);
    reports.get(task).push(await measure(task));
  }
  return reports;
}

function turns(tasks, rounds) {
  const [seldom, often] = [true, false].map((once) => tasks.filter((task) => task.once === once));
  const inRounds = Array.from({ length: rounds }, (_, round) => often.map((task) => ({ task, round })));
  return [...inRounds.flat(), ...seldom.map((task) => ({ task, round: 0 }))];
}

/** One process: its report, or why there is none. */
async function measure({ engine, workload, steps, seconds }) {
  const [program, args] = engine.start(workload);
  const child = spawn(program, [...args, '--steps', `${steps}`, '--seconds', `${seconds}`], {
    env: engine.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 1000 * SECONDS_AT_MOST,
    killSignal: 'SIGKILL',
  });
  const [output, complaint] = [child.stdout, child.stderr].map(collected);
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (...end) => resolve(end));
  });
  if (signal) return { failed: `no step within ${SECONDS_AT_MOST} s` };
  if (code !== 0) return { failed: reasonIn(complaint()) };
  return JSON.parse(output().trim().split('\n').at(-1));
}

function collected(stream) {
  let text = '';
  stream.on('data', (chunk) => {
    text += chunk;
  });
  return () => text;
}

/** The line that names the error, in a stack trace of Node or of Python. */
function reasonIn(text) {
  const lines = text.trim().split('\n');
  return lines.find((line) => /^\s*\w*Error\b/.test(line))?.trim() ?? lines.at(-1) ?? 'it ended without a word';
}
