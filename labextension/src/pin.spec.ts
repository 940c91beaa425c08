import { describe, expect, it, vi } from 'vitest';

import { Draft, toBuild } from './draft';
import { JobsModel } from './jobs';
import { METADATA_KEY, PinsModel } from './pin';
import { Console, Notebook, Workspace } from './testing/notebook';
import type { BuildRequest } from './tokens';
import { aJob, anEnvironment, aPlan, aStatus, PIN, Server } from './testing/server';

const PATH = 'pins/work/analysis.ipynb';

function opened(notebook = new Notebook()): {
  server: Server;
  jobs: JobsModel;
  pins: PinsModel;
  notebook: Notebook;
  workspace: Workspace;
} {
  const server = new Server();
  server.answer(`GET ${PATH}`, aStatus('unpinned', 'pin'));
  const jobs = new JobsModel(server.request, Date.now, 60_000);
  const workspace = new Workspace(notebook.panel);
  const draft = new Draft<BuildRequest>(server.request, jobs, toBuild);
  return {
    server,
    jobs,
    notebook,
    workspace,
    pins: new PinsModel(server.request, jobs, draft, workspace.services)
  };
}

async function read(pins: PinsModel): Promise<void> {
  await vi.waitFor(() => expect(pins.status).not.toBeNull());
}

describe('pins', () => {
  it('follow the current notebook, its kernel and its name', async () => {
    const { server, pins, notebook, workspace } = opened();
    await read(pins);
    expect(pins.status?.verdict.state).toBe('unpinned');
    expect(pins.kernel).toEqual({
      name: 'python3',
      displayName: 'Python 3 (ipykernel)',
      status: 'idle'
    });
    server.answer('GET pins/work/other.ipynb', { ...aStatus(), path: 'work/other.ipynb' });
    notebook.path = 'work/other.ipynb';
    expect(pins.status).toBeNull();
    notebook.pathChanged.emit('work/other.ipynb');
    await read(pins);
    expect(pins.status?.verdict.state).toBe('match');
    workspace.show(null);
    expect([pins.path, pins.kernel, pins.status]).toEqual([null, null, null]);
  });

  it('make way for a console that comes to the front, and come back', async () => {
    const { pins, workspace, notebook, server } = opened();
    await read(pins);
    const other = new Console();
    other.kernel = 'penguins';
    workspace.showConsole(other.console);
    expect([pins.path, pins.status, pins.console]).toEqual([null, null, 'Console 1']);
    expect(pins.kernel?.name).toBe('penguins');
    await pins.use(anEnvironment({ kernel: 'gulls', kernels: ['gulls'] }));
    expect([other.done, notebook.done]).toEqual([['kernel gulls'], []]);
    await expect(pins.pin(anEnvironment())).rejects.toThrow('No notebook is open.');
    workspace.bring(null);
    expect(pins.console).toBe('Console 1');
    const asked = server.count(`GET ${PATH}`);
    workspace.bring(workspace.services.tracker.currentWidget);
    await read(pins);
    expect(server.count(`GET ${PATH}`)).toBe(asked + 1);
    expect(pins.console).toBeNull();
    workspace.bring(workspace.services.consoles?.currentWidget ?? null);
    workspace.showConsole(null);
    expect([pins.path, pins.console]).toEqual(['work/analysis.ipynb', null]);
  });

  it('never show the answer for another notebook', async () => {
    const { server, pins, notebook } = opened();
    const late = pins.refresh();
    notebook.path = 'work/other.ipynb';
    server.answer('GET pins/work/other.ipynb', { message: 'Gone.', code: 'not-found' }, 404);
    await late;
    expect(pins.status).toBeNull();
    await pins.refresh();
    expect(pins.error?.message).toBe('Gone.');
  });

  it('are written by the server beside the notebook, and by the page into it', async () => {
    const { server, pins, notebook, workspace } = opened();
    await read(pins);
    server.answer(`PUT ${PATH}`, aStatus());
    server.answer(`GET ${PATH}`, aStatus());
    await pins.pin(anEnvironment());
    const asked = server.asked.find(({ method }) => method === 'PUT');
    expect(asked?.body).toEqual({ environment: 'penguins', write_notebook: false });
    expect(notebook.metadata.get(METADATA_KEY)).toEqual(PIN);
    expect(notebook.done).toEqual(['kernel penguins', 'save']);
    expect(workspace.refreshed).toBe(1);
    expect(pins.status?.verdict.state).toBe('match');
    expect(pins.busy).toBe(false);
  });

  it('are written anew after what was changed by hand was written down', async () => {
    const { server, jobs, pins, notebook } = opened();
    server.answer(`GET ${PATH}`, aStatus('drifted', 'restore'));
    await read(pins);
    const place = 'environments/penguins/adopt-changes';
    server.answer(`POST ${place}`, aJob({ id: 'p1', kind: 'plan' }), 202);
    const proposed = pins.draft.propose({ adopt: 'penguins' });
    await vi.waitFor(() => expect(pins.draft.planning).not.toBeNull());
    jobs.follow(aJob({ id: 'p1', kind: 'plan', state: 'done', result: aPlan() }));
    await proposed;
    server.answer(`POST ${place}`, aJob({ kind: 'adopt-changes', state: 'done' }), 202);
    server.answer(`PUT ${PATH}`, aStatus());
    server.answer(`GET ${PATH}`, aStatus());
    await pins.saveChanges();
    expect(server.asked.filter(({ path }) => path === place).map(({ body }) => body)).toEqual([
      { dry_run: true },
      { plan: 'h1' }
    ]);
    expect(notebook.metadata.get(METADATA_KEY)).toEqual(PIN);
    expect(pins.status?.verdict.state).toBe('match');
  });

  it('say nothing of what is between the end of a job and the pin that is written anew', async () => {
    const { server, jobs, pins, notebook } = opened();
    server.answer(`GET ${PATH}`, aStatus());
    await read(pins);
    const said: unknown[] = [];
    pins.changed.connect(() => said.push(pins.status?.verdict.state));
    const renewed = pins.renew(async () => {
      // the job changes the environment and is heard to be over before whoever started it knows its name
      server.answer(`GET ${PATH}`, aStatus('drifted', 'restore'));
      await pins.refresh();
      const job = aJob({ kind: 'change', state: 'done' });
      jobs.follow(job);
      return job;
    }, anEnvironment());
    let asked = (): void => undefined;
    const written = new Promise<void>(resolve => (asked = resolve));
    server.answers.set(`PUT ${PATH}`, () => {
      // a read that begins before the pin is written and is answered afterwards
      void pins.refresh();
      asked();
      return { body: aStatus() };
    });
    await written;
    notebook.saveState.emit('completed');
    const save = notebook.context.save;
    notebook.context.save = () => {
      server.answer(`GET ${PATH}`, aStatus());
      return save();
    };
    await renewed;
    expect(new Set(said)).toEqual(new Set(['match']));
    expect(notebook.metadata.get(METADATA_KEY)).toEqual(PIN);
    expect(notebook.done).toEqual(['kernel penguins', 'save']);
  });

  it('are read again when the job that should have led to a new one failed', async () => {
    const { server, jobs, pins, notebook } = opened();
    server.answer(`GET ${PATH}`, aStatus());
    await read(pins);
    const renewed = pins.renew(() => {
      jobs.follow(aJob());
      return Promise.resolve(aJob());
    }, anEnvironment());
    server.answer(`GET ${PATH}`, aStatus('drifted', 'restore'));
    await pins.refresh();
    expect(pins.status?.verdict.state).toBe('match');
    jobs.follow(aJob({ state: 'failed' }));
    await renewed;
    expect(pins.status?.verdict.state).toBe('drifted');
    expect(notebook.done).toEqual([]);
  });

  it('leave the notebook alone when the server refuses', async () => {
    const { server, pins, notebook } = opened();
    await read(pins);
    server.answer(`PUT ${PATH}`, { message: 'A file is there.', code: 'file-exists' }, 409);
    await expect(pins.pin(anEnvironment())).rejects.toMatchObject({ code: 'file-exists' });
    expect(notebook.metadata.size).toBe(0);
    expect(notebook.done).toEqual([]);
    expect(pins.busy).toBe(false);
  });

  it('are taken out again', async () => {
    const { server, pins, notebook } = opened();
    notebook.metadata.set(METADATA_KEY, PIN);
    await read(pins);
    server.answer(`DELETE ${PATH}`, aStatus('unpinned', 'pin'));
    await pins.unpin();
    expect(notebook.metadata.size).toBe(0);
    expect(notebook.done).toEqual(['save']);
  });

  it('do not switch to what has no kernel', async () => {
    const { pins } = opened();
    await expect(pins.use(anEnvironment({ kernel: null }))).rejects.toThrow('has no kernel');
  });

  it('are read from the file again after a job that wrote it there', async () => {
    const { server, jobs, pins, notebook } = opened();
    notebook.metadata.set(METADATA_KEY, { ...PIN, digest: 'before' });
    await read(pins);
    server.answer(`GET ${PATH}`, aStatus());
    jobs.follow(aJob({ kind: 'lock', state: 'done' }));
    await vi.waitFor(() => expect(notebook.done).toEqual(['revert']));
  });

  it('are written into a notebook that has changed meanwhile: nothing of it is lost', async () => {
    const { server, jobs, pins, notebook } = opened();
    notebook.metadata.set(METADATA_KEY, { ...PIN, digest: 'before' });
    notebook.dirty = true;
    await read(pins);
    server.answer(`GET ${PATH}`, aStatus());
    jobs.follow(aJob({ state: 'done' }));
    await vi.waitFor(() => expect(notebook.done).toEqual(['save']));
    expect(notebook.metadata.get(METADATA_KEY)).toEqual(PIN);
  });

  it('are looked at again when their environment file is saved, and not for other files', async () => {
    const { server, pins, workspace } = opened();
    server.answer(`GET ${PATH}`, aStatus());
    await read(pins);
    const before = server.count(`GET ${PATH}`);
    workspace.fileChanged.emit({ newValue: { path: 'work/data.csv' } });
    workspace.fileChanged.emit({ newValue: { path: 'work/environment.yml' } });
    await vi.waitFor(() => expect(server.count(`GET ${PATH}`)).toBe(before + 1));
  });
});
