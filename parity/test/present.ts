import { type BackendName, describeBackends } from '@gm/backends';

/** Why a backend cannot start on this machine, with what mends it; undefined where it can. Software adapters are good enough here. */
export async function missing(name: BackendName): Promise<string | undefined> {
  const reports = await describeBackends({ software: true });
  const { startable, why, mend } = reports.find((report) => report.name === name)!;
  return startable ? undefined : `${name}: ${why}. ${mend}`;
}
