import { z } from 'zod';
import { slug, time } from './common.ts';

const httpAddress = z.url({ protocol: /^https?$/, error: 'must be an http or https address' });

export const appParams = z.object({ app: slug.describe('App id').meta({ examples: ['storefront'] }) });

export const appBody = z
  .strictObject({
    baseUrl: httpAddress,
    clientId: z.string().min(1).optional().describe('Our client id at the app'),
    clientSecret: z
      .string()
      .min(1)
      .optional()
      .describe('Stored encrypted, never shown. Left out, the stored one stays if address and client id do.'),
  })
  .meta({
    examples: [{ baseUrl: 'https://shop.example.com', clientId: 'tributary', clientSecret: 'from the app' }],
  });

export const app = z.object({
  id: slug,
  name: z.string(),
  auth: z.enum(['oauth2', 'clientCredentials', 'basic', 'bearer', 'apiKey']),
  resources: z.array(z.object({ id: slug, name: z.string(), enabled: z.boolean() })),
  setUp: z.boolean().describe('Whether connections can be made'),
  baseUrl: z.string().nullable(),
  clientId: z.string().nullable(),
  hasSecret: z.boolean(),
  updatedAt: time.nullable(),
});

export const appList = z.object({ apps: z.array(app) });

export type AppBody = z.infer<typeof appBody>;
export type App = z.infer<typeof app>;
