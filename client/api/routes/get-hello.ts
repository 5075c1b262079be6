import { z } from 'zod';
import type { Route } from '../deps.ts';

/** Says that the service lives (document 003). */
export const getHello: Route = (api) => {
  api.get(
    '/api',
    {
      config: { open: true },
      schema: {
        summary: 'Say hello',
        description: 'Answers the text `Hello world!`, without a token: the service lives.',
        tags: ['System'],
        response: { 200: { content: { 'text/plain': { schema: z.literal('Hello world!') } } } },
      },
      serializerCompiler: () => String,
    },
    async (_request, reply) => reply.type('text/plain; charset=utf-8').send('Hello world!'),
  );
};
