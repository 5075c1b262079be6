/** Contexts of sealed values: what the API seals, the worker opens by the same words, and the other way round. */
export const secretContext = {
  app: (id: string): string => `app/${id}`,
  consent: (state: string): string => `consent/${state}`,
  grant: (connectionId: string, generation: number): string => `grant/${connectionId}/${generation}`,
  /** Of an inbox entry: its own id. */
  inbox: (entryId: string): string => entryId,
};
