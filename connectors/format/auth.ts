import { z } from 'zod';
import {
  address,
  headerName,
  jsonSchema,
  parameter,
  path,
  plainMap,
  pointer,
  text,
  yesNo,
} from './values.ts';

const scope = text.meta({ examples: ['orders.read'] });
const tokenHeader = z
  .strictObject({
    name: headerName,
    prefix: z
      .string()
      .describe('Stands before the token.')
      .meta({ examples: ['Bearer '] }),
  })
  .describe('The header that carries the token.')
  .meta({ examples: [{ name: 'X-Access-Token', prefix: '' }] })
  .default({ name: 'authorization', prefix: 'Bearer ' });

const token = {
  tokenUrl: address.describe('Where the token comes from; may hold `{connection.<parameter>}`.'),
  scopes: z.array(scope).describe('What is asked for; the app settings may name others.').default([]),
  scopeSeparator: z.string().describe('Stands between the scopes.').default(' '),
  clientAuthentication: z
    .enum(['basic', 'post'])
    .describe('How client id and secret are sent to the token endpoint: in the header or in the body.')
    .default('basic'),
  tokenHeader,
};

/** How a company's consent or secret is presented to the app. */
export const authSchema = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('oauth2'),
        authorizationUrl: address.describe('The consent page; may hold `{connection.<parameter>}`.'),
        ...token,
        pkce: yesNo
          .describe('Proof Key for Code Exchange (RFC 7636); false only for an app that refuses it.')
          .default(true),
        authorizationParams: plainMap
          .describe("More parameters of the consent page's address.")
          .meta({ examples: [{ access_type: 'offline' }] })
          .default({}),
        revocationUrl: address.describe('Where the grant is given back on disconnect.').optional(),
        issuer: address
          .describe('What the app names itself in `iss`; the origin of `authorizationUrl` unless given.')
          .optional(),
        callbackParameters: z
          .array(parameter.meta({ examples: ['realmId'] }))
          .describe(
            'Parameters of the callback that are kept as parameters of the connection, such as the id of the company.',
          )
          .default([]),
        refreshTokenExpiresIn: text
          .describe('Field of the token answer that says in how many seconds the refresh token ends.')
          .meta({ examples: ['refresh_token_expires_in'] })
          .optional(),
        refreshTokenDays: z
          .int()
          .positive()
          .describe(
            'For an app that does not say it: the refresh token ends so many days after it was given.',
          )
          .meta({ examples: [60] })
          .optional(),
      })
      .describe('OAuth 2, authorization code: a person of the company consents on a page of the app.'),
    z
      .strictObject({
        kind: z.literal('clientCredentials'),
        ...token,
        tokenParams: plainMap
          .describe('More parameters of the token request.')
          .meta({ examples: [{ audience: 'https://api.example.com' }] })
          .default({}),
      })
      .describe('OAuth 2, client credentials: the company gives us a client id and secret of its own.'),
    z.strictObject({ kind: z.literal('basic') }).describe('User name and password.'),
    z.strictObject({ kind: z.literal('bearer') }).describe('A token in the header `Authorization: Bearer`.'),
    z
      .strictObject({
        kind: z.literal('apiKey'),
        header: headerName.describe('Header that takes the key. One of this and `query`.').optional(),
        query: parameter
          .describe('Query parameter that takes the key.')
          .meta({ examples: ['api_key'] })
          .optional(),
        prefix: z
          .string()
          .describe('Stands before the key in the header.')
          .meta({ examples: ['Token '] })
          .default(''),
      })
      .describe('A key in a header or in the address.'),
    z
      .strictObject({
        kind: z.literal('configuration'),
        schema: jsonSchema
          .describe(
            'JSON Schema (draft 7) of the object; the form is made from it. A field with `airbyte_secret: true`, `writeOnly: true` or `format: password` is a secret.',
          )
          .meta({
            examples: [
              { type: 'object', required: ['location'], properties: { location: { type: 'string' } } },
            ],
          }),
      })
      .describe(
        'For every kind but rest: what the source needs to know, secrets too, in one object that a person fills in.',
      ),
  ])
  .meta({ examples: [{ kind: 'bearer' }] });

/**
 * A request that says whose data the credentials open. The account id is in the answer (`account`, a JSON pointer) or
 * is a parameter of the connection (`accountParameter`), when the answer only proves the access.
 */
export const identitySchema = z
  .strictObject({
    path: path
      .describe('What is asked for; kind rest only.')
      .meta({ examples: ['/me'] })
      .optional(),
    account: pointer
      .describe(
        'Where the answer says the account id; one of this and `accountParameter`. Other kinds than rest: where the configuration says it.',
      )
      .meta({ examples: ['/id'] })
      .optional(),
    accountParameter: parameter
      .describe(
        'Parameter of the connection that is the account id, where the answer only proves the access.',
      )
      .meta({ examples: ['shop'] })
      .optional(),
  })
  .meta({ examples: [{ path: '/me', account: '/id' }] });

/** How the app is authorized at. */
export type AuthDefinition = z.infer<typeof authSchema>;
export type AuthKind = AuthDefinition['kind'];
