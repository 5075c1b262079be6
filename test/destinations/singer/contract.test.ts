import { destinationContract } from '../contract.ts';
import { singerScene } from './scene.ts';

destinationContract('singer', async () => (await singerScene()).scene);
