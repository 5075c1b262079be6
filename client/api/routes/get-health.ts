import { z } from 'zod';
import type { Route } from '../deps.ts';

/** The process lives; whether it can work says `ready`. */
export const getHealth: Route = (api) => {
  const schema = {
    summary: 'Tell whether the process lives',
    description: '200 while the process lives. Whether it can work says `/api/ready`.',
    tags: ['System'],
    response: { 200: z.object({ alive: z.literal(true) }) },
  };
  api.get('/api/health', { config: { open: true }, schema }, async () => ({ alive: true as const }));
};
