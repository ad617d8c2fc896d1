import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { runServer } from 'verdaccio';

export interface Registry {
  /** Lines for a .npmrc: our packages come from here, all others from wherever this machine takes them. */
  readonly npmrc: string;
  close(): Promise<void>;
}

/** An npm registry on loopback that holds `@gm/*` only, in one folder, and asks nobody else. */
export async function startRegistry(folder: string): Promise<Registry> {
  const everybody = { access: ['$all'], publish: ['$anonymous'], unpublish: ['$anonymous'] };
  const server: Server = await runServer({
    configPath: join(folder, 'config.yaml'),
    self_path: folder,
    storage: join(folder, 'storage'),
    packages: { '@gm/*': everybody },
    uplinks: {},
    web: { enable: false },
    log: { type: 'stdout', format: 'pretty', level: 'fatal' },
  } as unknown as string);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    // npm publishes only with some token; the registry takes any.
    npmrc: `@gm:registry=http://${host}/\n//${host}/:_authToken=anybody\n`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
