export const destinationKinds = ['mongodb', 'airtable', 'http', 'file', 'singer'] as const;

/** A kind of place where syncs deliver. */
export type DestinationKind = (typeof destinationKinds)[number];

/** Types that a field of a delivered row may have. `json`: objects and lists. */
export const fieldTypes = ['text', 'number', 'integer', 'boolean', 'date', 'datetime', 'json'] as const;

export type FieldType = (typeof fieldTypes)[number];
