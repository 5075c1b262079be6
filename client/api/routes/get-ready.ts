import { z } from 'zod';
import { TributaryError } from '../../../domain/errors.ts';
import type { Route } from '../deps.ts';

/** 200 when store and engine answer; else 503, whose `missing` names what does not. */
export const getReady: Route = (api, { stores, sessions }) => {
  const schema = {
    summary: 'Tell whether store and engine answer',
    description: '200 when both answer; 503 with `missing` naming what does not.',
    tags: ['System'],
    response: { 200: z.object({ ready: z.literal(true) }) },
  };
  api.get('/api/ready', { config: { open: true }, schema }, async () => {
    const [store, engine] = await Promise.allSettled([stores.ping(), sessions.ping()]);
    const missing = [
      ...(store.status === 'rejected' ? ['store'] : []),
      ...(engine.status === 'rejected' ? ['engine'] : []),
    ];
    if (missing.length === 0) return { ready: true as const };
    const code = missing[0] === 'store' ? 'STORE_UNAVAILABLE' : 'ENGINE_UNAVAILABLE';
    throw new TributaryError(code, `Not ready: ${missing.join(' and ')} cannot be reached.`, { missing });
  });
};
