import { z } from 'zod';
import { type Capability, capabilities, type Role, roleNames } from '../../../domain/roles.ts';
import { actor, slug, time } from './common.ts';

const role = z.enum(roleNames);
const capability = z.enum(Object.keys(capabilities) as [Capability, ...Capability[]]);

export const tokenParams = z.object({ name: slug.describe('Name of the token') });

export const tokenBody = z
  .strictObject({
    name: slug.describe('Shown in Logs and timelines; no two tokens have one, revoked ones included'),
    role,
    companies: z
      .array(slug)
      .min(1, 'must not be empty')
      .max(100, 'must have at most 100 entries')
      .nullable()
      .default(null)
      .describe('It sees only these; only for the roles viewer and data-reader. null: every company'),
    expiresAt: time.nullable().default(null).describe('null: it does not expire'),
  })
  .meta({ examples: [{ name: 'anna', role: 'viewer', expiresAt: '2027-01-31T00:00:00.000Z' }] });

export const token = z.object({
  name: z.string(),
  role,
  companies: z.array(z.string()).nullable(),
  state: z.enum(['valid', 'expired', 'revoked']),
  createdBy: actor,
  createdAt: time,
  expiresAt: time.nullable(),
  lastUsedAt: time.nullable().describe('To the hour; null: never yet'),
  revokedAt: time.nullable(),
  revokedBy: actor.nullable(),
});
export const tokenMade = z.object({
  token,
  secret: z.string().describe('What "Authorization: Bearer ..." carries; it is shown this once'),
});
export const tokenList = z.object({ tokens: z.array(token) });

export const roleTable = z.object({
  yours: z.object({
    token: z.string().nullable().describe('Name of your token; null: the one of the installation'),
    role,
    companies: z.array(z.string()).nullable().describe('What you see; null: every company'),
  }),
  roles: z.array(z.object({ role, who: z.string(), may: z.array(capability) })),
  capabilities: z.array(z.object({ capability, means: z.string() })),
});

export type TokenBody = Omit<z.input<typeof tokenBody>, 'role'> & { readonly role: Role };
export type TokenView = z.infer<typeof token>;
export type TokenMade = z.infer<typeof tokenMade>;
export type TokenList = z.infer<typeof tokenList>;
export type RoleTable = z.infer<typeof roleTable>;
