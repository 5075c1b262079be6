import { setTimeout as delay } from 'node:timers/promises';

const patienceMs = 30_000;
const askEveryMs = 250;
/** Nobody was there to take it. */
const refused = new Set(['ECONNREFUSED']);
/** It may have been taken: only reads are asked again. */
const cut = new Set(['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET']);

/** As `fetch`, for an API that `service restart` or its supervisor may be starting again. */
export const patientFetch: typeof fetch = async (input, init) => {
  const until = Date.now() + patienceMs;
  const mayWait = (init?.method ?? 'GET') === 'GET' ? cut : refused;
  for (;;) {
    try {
      return await fetch(input, init);
    } catch (error) {
      const { code = '' } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
      if (!mayWait.has(code) || Date.now() > until) throw error;
      await delay(askEveryMs);
    }
  }
};
