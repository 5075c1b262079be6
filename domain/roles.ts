/** What a role may do; every route of the API names the one that it needs. */
export const capabilities = {
  view: 'see statuses, reasons, timelines, counts, figures, logs and alerts',
  readData: 'read contents: records, changes, rows in quarantine, rows of reports, answers of apps',
  change: 'set up, start, stop, change and remove',
  develop: 'make and revoke tokens, change keys, and edit the fields of the developer',
} as const;

export type Capability = keyof typeof capabilities;

/** The roles table: the one place that says what each may do. */
export const roles = {
  viewer: { who: 'An account manager', may: ['view'] },
  'data-reader': { who: 'A person or program that works with the data', may: ['view', 'readData'] },
  admin: { who: 'Who runs the service for the companies', may: ['view', 'readData', 'change'] },
  developer: { who: 'Who builds on it', may: ['view', 'readData', 'change', 'develop'] },
} as const satisfies Record<string, { readonly who: string; readonly may: readonly Capability[] }>;

export type Role = keyof typeof roles;

export const roleNames = Object.keys(roles) as [Role, ...Role[]];

export const may = (role: Role, capability: Capability): boolean =>
  (roles[role].may as readonly Capability[]).includes(capability);

/** The roles that have a capability, from the least. */
export const rolesWith = (capability: Capability): readonly Role[] =>
  roleNames.filter((role) => may(role, capability));

/** Fields of a report type that only the developer edits (document 003, section 4). */
export const developerFields = ['addToDatapoints', 'datapoints', 'reportTypeId'] as const;

/** Nothing set: a field that is left out, null, or false. */
const valueText = (value: unknown): string => JSON.stringify(value === false ? null : (value ?? null));

/**
 * The fields of the developer that an edit would change.
 * @param was What is stored; of something new an empty object.
 * @param wanted What was asked for; a field that is left out stays.
 */
export function developerEdits(was: object, wanted: object): readonly string[] {
  const [before, after] = [was, wanted] as Readonly<Record<string, unknown>>[];
  return developerFields.filter(
    (field) => after?.[field] !== undefined && valueText(after[field]) !== valueText(before?.[field]),
  );
}
