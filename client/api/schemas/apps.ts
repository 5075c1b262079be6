import { z } from 'zod';
import { slug, time } from './common.ts';

const httpAddress = z.url({ protocol: /^https?$/, error: 'must be an http or https address' });

export const appParams = z.object({ app: slug.describe('App id').meta({ examples: ['storefront'] }) });

export const webhookSecretParams = appParams.extend({
  secret: z
    .string()
    .min(1)
    .describe('Id of a webhook secret')
    .meta({ examples: ['3f9a1c22'] }),
});

export const appBody = z
  .strictObject({
    baseUrl: httpAddress
      .optional()
      .describe('Needed where the definition leaves the address to us ({baseUrl})'),
    clientId: z.string().min(1).optional().describe('Our client id at the app'),
    clientSecret: z
      .string()
      .min(1)
      .optional()
      .describe('Stored encrypted, never shown. Left out, the stored one stays if address and client id do.'),
    scopes: z
      .array(z.string().min(1))
      .max(100)
      .optional()
      .describe("What to ask the app for, in the place of the definition's scopes"),
    webhookSecret: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Signs the webhooks of the app. Stored encrypted, never shown; it becomes the newest, and up to two older ones stay valid until they are removed.',
      ),
  })
  .meta({
    examples: [{ baseUrl: 'https://shop.example.com', clientId: 'tributary', clientSecret: 'from the app' }],
  });

export const app = z.object({
  id: slug,
  name: z.string(),
  description: z.string().nullable(),
  documentation: z.string().nullable().describe("The app's own documentation"),
  tried: z
    .enum(['live', 'standIn', 'no'])
    .describe('How far the definition was tried: live, against a stand-in, or not at all'),
  auth: z.enum(['oauth2', 'clientCredentials', 'basic', 'bearer', 'apiKey', 'configuration']),
  configuration: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe('Of an app that takes a configuration: its JSON Schema'),
  prerequisites: z
    .array(z.object({ id: slug, text: z.string(), url: z.string().nullable() }))
    .describe('What a person does at the app first'),
  parameters: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe('JSON Schema of what a connection must say, such as the name of a shop'),
  callbackParameters: z
    .array(z.string())
    .describe('Parameters that come with the consent: nobody is asked for them'),
  finalization: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe('JSON Schema of what the end of the wizard asks for'),
  deduplicates: z.boolean().describe('Whether the definition says when two records are one'),
  resources: z.array(
    z.object({
      id: slug,
      name: z.string(),
      enabled: z.boolean(),
      canBegin: z.boolean().describe('Whether its first read can begin at a history start'),
    }),
  ),
  setUp: z.boolean().describe('Whether connections can be made'),
  missing: z.array(z.enum(['baseUrl', 'clientId', 'clientSecret'])).describe('What has to be set first'),
  redirectUri: z
    .string()
    .nullable()
    .describe(
      'To be copied into the settings of our client at the app; null for an app without a consent page',
    ),
  baseUrl: z.string().nullable(),
  clientId: z.string().nullable(),
  hasSecret: z.boolean(),
  scopes: z.array(z.string()).describe('What the consent page asks for'),
  ownScopes: z.array(z.string()).nullable().describe("Those of the settings; null: the definition's"),
  webhookSecrets: z.array(z.object({ id: z.string(), createdAt: time })).describe('Newest first'),
  updatedAt: time.nullable(),
});

export const appList = z.object({ apps: z.array(app) });

export type AppBody = z.infer<typeof appBody>;
export type App = z.infer<typeof app>;
