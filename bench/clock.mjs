/**
 * Milliseconds of each step, and the loss that each returned: after a warm-up of 3 steps (1 where a step is slow) as many as asked for, or as
 * fit into the time, 3 at least where they are not slow. A single step is measured without a warm-up.
 */
export async function clock(step, { steps, seconds }) {
  const milliseconds = [];
  const losses = [];
  let warm = steps === 1 ? 0 : 3;
  let spent = 0;
  while (milliseconds.length < steps) {
    const begun = performance.now();
    losses.push(await step());
    const took = performance.now() - begun;
    if (warm > 0) {
      warm = took > 1000 * seconds ? 0 : warm - 1;
      continue;
    }
    milliseconds.push(took);
    spent += took / 1000;
    if (spent > 3 * seconds || (spent > seconds && milliseconds.length >= 3)) break;
  }
  return { milliseconds, losses };
}
