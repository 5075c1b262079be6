import type { TributaryClient } from '../../client/tributary-client.ts';

/** Plans a disconnect and carries it out, as a person does who looked at the plan. */
export async function disconnectPlanned(
  client: TributaryClient,
  id: string,
  body: { readonly keepData?: boolean } = {},
): ReturnType<TributaryClient['disconnect']> {
  const { token } = await client.plan(id, { procedure: 'disconnect', arguments: body });
  return client.disconnect(id, { ...body, ...(token === null ? {} : { planToken: token }) });
}
