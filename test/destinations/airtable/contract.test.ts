import { destinationContract } from '../contract.ts';
import { airtableScene } from './scene.ts';

destinationContract('airtable', async () => (await airtableScene()).scene);
