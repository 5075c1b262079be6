import { yamlInline } from '../../../connectors/yaml.ts';

/** The kinds of authorization that a skeleton can be written for. */
export const authKinds = ['oauth2', 'clientCredentials', 'basic', 'bearer', 'apiKey'] as const;
/** The ways in which pages can follow each other. */
export const paginationKinds = ['none', 'cursor', 'page', 'offset', 'nextUrl', 'link'] as const;

export interface SkeletonOptions {
  readonly id: string;
  readonly auth: (typeof authKinds)[number];
  readonly pagination: (typeof paginationKinds)[number];
  readonly resources: readonly string[];
  /** Null: it is set later, with `tributary app set`. */
  readonly baseUrl: string | null;
  /** Where the editor finds the JSON Schema, from the file. */
  readonly schemaPath: string;
}

const authLines: Readonly<Record<SkeletonOptions['auth'], string>> = {
  oauth2: `  kind: oauth2
  authorizationUrl: "{baseUrl}/oauth/authorize" # the consent page
  tokenUrl: "{baseUrl}/oauth/token"
  # revocationUrl: "{baseUrl}/oauth/revoke"
  scopes: [read]
  # clientAuthentication: post   # client id and secret in the body; basic: in the header
  # pkce: false                  # only for an app that refuses it`,
  clientCredentials: `  kind: clientCredentials
  tokenUrl: "{baseUrl}/oauth/token"
  scopes: [read]
  # tokenParams: { audience: "https://api.example.com" }`,
  basic: '  kind: basic # user name and password',
  bearer: '  kind: bearer # a token in the header Authorization',
  apiKey: `  kind: apiKey
  header: X-Api-Key # or, in the address: "query: api_key"
  # prefix: "Token "`,
};

const paginationLines: Readonly<Record<SkeletonOptions['pagination'], string>> = {
  none: 'pagination: { kind: none } # one page has all',
  cursor:
    'pagination: { kind: cursor, param: after, nextPath: /next, sizeParam: limit, size: 100 } # /next: where the answer says the next cursor',
  page: 'pagination: { kind: page, param: page, first: 1, sizeParam: per_page, size: 100 } # ends with an empty page',
  offset:
    'pagination: { kind: offset, param: offset, sizeParam: limit, size: 100 } # ends with an empty page',
  nextUrl:
    'pagination: { kind: nextUrl, path: /links/next, sizeParam: limit, size: 100 } # /links/next: the address of the next page',
  link: 'pagination: { kind: link, sizeParam: per_page, size: 100 } # the Link header, rel="next"',
};

const nameOf = (id: string): string =>
  `${id.charAt(0).toUpperCase()}${id.slice(1)}`.replaceAll(/[-_]+/g, ' ').trim();

/** OAuth addresses are written below the address of the app, where that is known. */
const addressed = (text: string, baseUrl: string | null): string =>
  baseUrl === null ? text : text.replaceAll('{baseUrl}', baseUrl.replace(/\/+$/, ''));

const resourceText = (
  id: string,
  pagination: SkeletonOptions['pagination'],
): string => `  - id: ${yamlInline(id)}
    name: ${yamlInline(nameOf(id))}
    path: /${id} # below baseUrl
    # params: { status: any }      # sent with every request
    recordsPath: /data # JSON pointer of the list of rows; "" is the whole answer
    key: [id] # fields that name one object together
    cursor: updated_at # the newer of two versions has the greater one; leave it out if there is none
    incremental: { param: updated_since } # parameter that takes the cursor; without this line all is read each time
    ${paginationLines[pagination]}
    # deletes: { kind: tombstone, field: deleted_at } # how the app tells that an object is gone
    # fields: { drop: [notes], hash: [email] }        # what is never stored, or only as a hash
    schema: # JSON Schema of a row; rows that do not fit go to quarantine. "schema: infer" learns it
      type: object
      required: [id, updated_at]
      properties:
        id: { type: [string, integer] }
        updated_at: { type: string, format: date-time }`;

/** A definition to begin with: it validates, and says in comments what to change. */
export function skeletonText(options: SkeletonOptions): string {
  const { id, auth, pagination, resources, baseUrl, schemaPath } = options;
  return `# yaml-language-server: $schema=${schemaPath}
# What each key means: docs/connectors.md. Try it: tributary connector validate|test|run <this file>
version: 1
id: ${yamlInline(id)}
name: ${yamlInline(nameOf(id))}
# documentation: https://docs.example.com/api
baseUrl: ${baseUrl === null ? '"{baseUrl}" # the address that is given with --base-url, or to tributary app set' : JSON.stringify(baseUrl)}

auth:
${addressed(authLines[auth], baseUrl)}

# A request that says whose data the credentials open; account is the JSON pointer of the account id in the answer.
identity:
  path: /me
  account: /id

# rateLimit: { requestsPerSecond: 5 }

resources:
${resources.map((resource) => resourceText(resource, pagination)).join('\n')}
`;
}
