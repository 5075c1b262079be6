/** How the typed client asks the API; each fails with the error of the problem answer. */
export interface Asks {
  readonly get: <T>(path: string, query?: Readonly<Record<string, string | number | undefined>>) => Promise<T>;
  readonly post: <T>(path: string, body?: object) => Promise<T>;
  /** An answer that is no JSON. */
  readonly text: (path: string) => Promise<string>;
}

const connection = (id: string) => `/api/connections/${encodeURIComponent(id)}`;

/** The part of the typed client that reads what processing found. */
export const analysisCalls = ({ get }: Asks) => ({
  /** The series of datapoints, without the points. */
  listSeries: (id: string) => get<unknown>(`${connection(id)}/series`),
});
