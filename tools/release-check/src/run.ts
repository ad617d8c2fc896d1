import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a program in a folder and returns what it printed; when it fails, the error holds everything it said. */
export async function run(
  program: string,
  args: readonly string[],
  folder: string,
  env: Environment = {},
  stream: Stream = 'stdout',
) {
  try {
    const printed = await execute(program, args, {
      cwd: folder,
      env: { ...process.env, ...env },
      maxBuffer: 2 ** 26,
    });
    return printed[stream];
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as { stdout?: string; stderr?: string; message: string };
    throw new Error(shortLines(`${message}\n${stdout}\n${stderr}`));
  }
}

/** Node quotes the line that threw, and in a bundle that is all of it. */
const shortLines = (text: string) => text.replace(/(.{300}).+/g, '$1 …');

export const node = (args: readonly string[], folder: string, env?: Environment) =>
  run(process.execPath, args, folder, env);

export type Stream = 'stdout' | 'stderr';
type Environment = Record<string, string>;
