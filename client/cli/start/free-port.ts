import { once } from 'node:events';
import { createServer } from 'node:net';
import { TributaryError } from '../../../domain/errors.ts';

/** @throws {TributaryError} SETTINGS_INVALID when the API could not listen there */
export async function requireFreePort(host: string, port: number): Promise<void> {
  const probe = createServer().listen(port, host);
  try {
    await once(probe, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new TributaryError(
      'SETTINGS_INVALID',
      `TRIBUTARY_API_PORT: port ${port} on ${host} cannot be used (${code ?? message}).`,
    );
  }
  probe.close();
  await once(probe, 'close');
}
