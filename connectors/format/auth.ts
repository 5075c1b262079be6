import { z } from 'zod';
import { address, headerName, path, plainMap, pointer, slug, text } from './values.ts';

/** The header that carries a token; `prefix` stands before it. */
const tokenHeader = z
  .strictObject({ name: headerName, prefix: z.string() })
  .default({ name: 'authorization', prefix: 'Bearer ' })
  .meta({ examples: [{ name: 'X-Access-Token', prefix: '' }] });

const token = {
  tokenUrl: address,
  scopes: z.array(text).default([]),
  scopeSeparator: z.string().default(' '),
  /** How the client id and secret are sent to the token endpoint. */
  clientAuthentication: z.enum(['basic', 'post']).default('basic'),
  tokenHeader,
};

/** How a company's consent or secret is presented to the app. */
export const authSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    /** OAuth 2, authorization code. */
    kind: z.literal('oauth2'),
    authorizationUrl: address,
    ...token,
    /** Proof Key for Code Exchange (RFC 7636); false only for an app that refuses it. */
    pkce: z.boolean().default(true),
    /** More parameters of the consent page's address. */
    authorizationParams: plainMap.default({}),
    revocationUrl: address.optional(),
    /** What the app names itself in `iss`; the origin of `authorizationUrl` unless given. */
    issuer: address.optional(),
    /** Parameters of the callback that are kept as parameters of the connection, such as the id of the company. */
    callbackParameters: z.array(text).default([]),
    /** Field of the token answer that says in how many seconds the refresh token ends. */
    refreshTokenExpiresIn: text.optional(),
    /** For an app that does not say it: the refresh token ends so many days after it was given. */
    refreshTokenDays: z.int().positive().optional(),
  }),
  z.strictObject({
    /** OAuth 2, client credentials: the company gives us a client of its own. */
    kind: z.literal('clientCredentials'),
    ...token,
    tokenParams: plainMap.default({}),
  }),
  z.strictObject({ kind: z.literal('basic') }),
  z.strictObject({ kind: z.literal('bearer') }),
  z.strictObject({
    /** One of `header` and `query` says where the key goes. */
    kind: z.literal('apiKey'),
    header: headerName.optional(),
    query: text.optional(),
    /** Stands before the key in the header, such as "Token ". */
    prefix: z.string().default(''),
  }),
]);

/**
 * A request that says whose data the credentials open. The account id is in the answer (`account`, a JSON pointer) or
 * is a parameter of the connection (`accountParameter`), when the answer only proves the access.
 */
export const identitySchema = z.strictObject({
  path,
  account: pointer.optional(),
  accountParameter: slug.or(text).optional(),
});

/** How the app is authorized at. */
export type AuthDefinition = z.infer<typeof authSchema>;
export type AuthKind = AuthDefinition['kind'];
