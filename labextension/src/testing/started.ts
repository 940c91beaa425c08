import type { IDocumentManager } from '@jupyterlab/docmanager';
import { ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';

import { Catalogue } from '../catalogue';
import { addCommands } from '../commands';
import { Draft, toChange } from '../draft';
import { JobsModel } from '../jobs';
import { Additions } from '../missing';
import { EnvironmentsModel } from '../model';
import { panelState } from '../panelState';
import { PinsModel } from '../pin';
import { Preferences } from '../plugins/preferences';
import type { AddRequest } from '../tokens';
import { Notebook, Workspace } from './notebook';
import { anEnvironment, aStatus, Server } from './server';

/** The path of the current notebook's pin. */
export const PATH = 'pins/work/analysis.ipynb';

/** All commands on a server that has one environment, with a notebook open. */
export async function started(notebook: Notebook | null = new Notebook()) {
  const server = new Server();
  server.answer('GET environments', { environments: [anEnvironment()] });
  server.answer(`GET ${PATH}`, aStatus('drifted', 'restore'));
  const jobs = new JobsModel(server.request, Date.now, 60_000);
  const environments = new EnvironmentsModel(server.request, jobs);
  const state = panelState(server.request, environments, jobs);
  const workspace = new Workspace(notebook?.panel);
  const draft = new Draft(server.request, jobs);
  const pins = new PinsModel(server.request, jobs, draft, workspace.services);
  const commands = new CommandRegistry();
  const preferences = new Preferences();
  const revealed: string[] = [];
  const trans = nullTranslator.load('jupyter_envs');
  const { saved, docManager } = aFolder();
  const reveal = () => void revealed.push('panel');
  const catalogue = new Catalogue(server.request, 0);
  const adding = new Draft<AddRequest>(server.request, jobs, toChange);
  const additions = new Additions(environments, catalogue, jobs, adding);
  addCommands({
    commands,
    environments,
    jobs,
    pins,
    catalogue,
    additions,
    preferences,
    state,
    docManager,
    translator: nullTranslator,
    trans,
    reveal
  });
  await environments.refresh();
  await pins.refresh();
  return {
    server,
    jobs,
    environments,
    catalogue,
    additions,
    state,
    pins,
    commands,
    preferences,
    revealed,
    saved,
    notebook
  };
}

/** A folder without files, and what is saved in it. */
function aFolder() {
  const saved: [path: string, text: string][] = [];
  const contents = {
    get: () =>
      Promise.reject(new ServerConnection.ResponseError(new Response(null, { status: 404 }))),
    save: (path: string, { content }: { content: string }) =>
      Promise.resolve(saved.push([path, content]))
  };
  return { saved, docManager: { services: { contents } } as unknown as IDocumentManager };
}
