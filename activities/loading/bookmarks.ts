import type { ResourceDefinition } from '../../connectors/definition.ts';

/** Whether the source keeps its own place: its bookmarks are the committed cursor, and no value of a row is. */
export const keepsPlace = ({ incremental }: Pick<ResourceDefinition, 'incremental'>): boolean =>
  incremental?.bookmark === true;
