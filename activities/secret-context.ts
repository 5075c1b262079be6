/** Contexts of sealed values: what the API seals, the worker opens by the same words, and the other way round. */
export const secretContext = {
  app: (id: string): string => `app/${id}`,
  consent: (state: string): string => `consent/${state}`,
  /** Of what the code of that consent was exchanged for. */
  exchanged: (state: string): string => `exchanged/${state}`,
  grant: (connectionId: string, generation: number): string => `grant/${connectionId}/${generation}`,
  /** Of a destination's secret. */
  destination: (id: string): string => `destination/${id}`,
  /** Of a secret that signs the events of a subscription. */
  subscription: (id: string, secretId: string): string => `subscription/${id}/${secretId}`,
  /** Of an inbox entry: its own id. */
  inbox: (entryId: string): string => entryId,
  /** Of the key by which a connection's fields are hashed. */
  hashKey: (connectionId: string): string => `hash-key/${connectionId}`,
  /** Of a secret that signs webhooks: of the app, or of one connection; each has an id of its own. */
  webhook: (owner: 'app' | 'connection', ownerId: string, secretId: string): string =>
    `webhook/${owner}/${ownerId}/${secretId}`,
};
