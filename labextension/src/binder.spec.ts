import { Clipboard, Notification } from '@jupyterlab/apputils';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { isPeoples, toWrite } from './binder';
import { CommandIDs } from './commands';
import { badgeMenu } from './menus';
import { aReport } from './testing/binder';
import { started } from './testing/started';
import { aJob } from './testing/server';

const PATH = 'work/analysis.ipynb';
const ASKED = `POST binder/${PATH}`;

afterEach(() => vi.restoreAllMocks());

/** What `window.open` is called with. */
function opened() {
  const calls: unknown[][] = [];
  vi.spyOn(window, 'open').mockImplementation((...args) => {
    calls.push(args);
    return null;
  });
  return calls;
}

describe('a notebook on its way to Binder', () => {
  it('is looked at, which writes nothing', async () => {
    const { server, commands, state, revealed } = await started();
    const found = { code: 'not-pushed', message: 'It is not pushed.', fix: 'git push', path: '' };
    server.answer(ASKED, aReport({ findings: [found] }));
    await commands.execute(CommandIDs.openOnBinder);
    expect(state.binder.notebook).toBe(PATH);
    expect(state.binder.report?.findings).toEqual([found]);
    expect(server.asked[server.asked.length - 1].body).toEqual({ dry_run: true });
    expect(revealed).toContain('panel');
    state.binder.close();
    expect(state.binder.report).toBeNull();
  });

  it('gets just the files that were shown', async () => {
    const { server, commands, state } = await started();
    server.answer(ASKED, aReport({ hash: 'h7' }));
    await commands.execute(CommandIDs.openOnBinder, { path: PATH });
    server.answer(ASKED, aReport({ written: ['binder/postBuild'] }));
    await commands.execute(CommandIDs.writeBinder, { force: true });
    expect(server.asked[server.asked.length - 1].body).toEqual({ plan: 'h7', overwrite: true });
    expect(state.binder.report?.written).toEqual(['binder/postBuild']);
    server.answer(ASKED, { message: 'Not as shown.', code: 'plan-changed' }, 409);
    await commands.execute(CommandIDs.writeBinder);
    expect(state.binder.error?.code).toBe('plan-changed');
    expect(state.binder.report).not.toBeNull();
  });

  it('opens beside JupyterLab, without a hold of it, and only pages of the web', async () => {
    const { server, commands } = await started();
    const calls = opened();
    server.answer(ASKED, aReport());
    await commands.execute(CommandIDs.openOnBinder);
    await commands.execute(CommandIDs.openLink, { link: aReport().link });
    expect(calls).toEqual([[aReport().link, '_blank', 'noopener,noreferrer']]);
    await commands.execute(CommandIDs.openLink, { link: 'javascript:alert(1)' });
    expect(calls.length).toBe(1);
  });

  it('is built on a hub as a job', async () => {
    const { server, commands, jobs } = await started();
    server.answer(ASKED, aReport({ followed: false }));
    await commands.execute(CommandIDs.openOnBinder);
    expect(commands.isEnabled(CommandIDs.buildOnBinder)).toBe(false);
    server.answer(ASKED, aReport({ followed: true }));
    await commands.execute(CommandIDs.openOnBinder);
    server.answer('POST builds', aJob({ id: 'b1', kind: 'binder-build', environment: null }), 202);
    await commands.execute(CommandIDs.buildOnBinder);
    expect(server.asked.find(({ path }) => path === 'builds')?.body).toEqual({
      notebook: PATH,
      hub: 'https://hub.example.org'
    });
    expect(jobs.items.map(job => job.id)).toContain('b1');
  });

  it('is dropped when another one is looked at before its answer is there', async () => {
    const { server, state } = await started();
    server.answer(ASKED, aReport({ commit: 'first' }));
    server.answer('POST binder/other.ipynb', aReport({ commit: 'second' }));
    await Promise.all([state.binder.look(PATH), state.binder.look('other.ipynb')]);
    expect(state.binder.report?.commit).toBe('second');
    expect(state.binder.busy).toBe(false);
  });
});

describe('badges', () => {
  it('are copied in each form, with a warning where something is to be mended', async () => {
    const { server, commands, state, revealed } = await started();
    const copied = vi.spyOn(Clipboard, 'copyToSystem').mockReturnValue();
    const told = vi.spyOn(Notification, 'info').mockReturnValue('');
    const warned = vi.spyOn(Notification, 'warning').mockReturnValue('');
    server.answer(ASKED, aReport());
    for (const badge of ['markdown', 'rst', 'html']) {
      await commands.execute(CommandIDs.copyBadge, { badge });
    }
    expect(copied.mock.calls).toEqual([['[![b](i)](u)'], ['.. image:: b'], ['<a>b</a>']]);
    expect(told).toHaveBeenCalledTimes(3);
    expect(revealed).toEqual([]);
    await expect(state.binder.badge(PATH, 'rst')).resolves.toBe('.. image:: b');
    const found = { code: 'not-pushed', message: 'It is not pushed.', fix: 'git push', path: '' };
    server.answer(ASKED, aReport({ findings: [found] }));
    await commands.execute(CommandIDs.copyBadge);
    expect(warned).toHaveBeenCalledTimes(1);
    expect(revealed).toEqual(['panel']);
  });

  it('of notebooks that are looked at together are there already', async () => {
    const { server, commands, state } = await started();
    const copied = vi.spyOn(Clipboard, 'copyToSystem').mockReturnValue();
    const [first] = aReport().links;
    const other = { ...first, notebook: 'b.ipynb', badge: { markdown: 'B', rst: '', html: '' } };
    server.answer(ASKED, aReport({ links: [first, other] }));
    await commands.execute(CommandIDs.openOnBinder);
    await commands.execute(CommandIDs.copyBadge, { path: 'b.ipynb', badge: 'markdown' });
    expect(copied.mock.calls).toEqual([['B']]);
    expect(state.binder.notebook).toBe(PATH);
    expect(server.count('POST binder/b.ipynb')).toBe(0);
  });

  it('are refused where nobody knows what they would open', async () => {
    const { server, commands, state } = await started();
    const found = { code: 'no-remote', message: 'No remote.', fix: 'git remote add', path: '' };
    server.answer(ASKED, aReport({ link: null, badge: null, links: [], findings: [found] }));
    await commands.execute(CommandIDs.copyBadge);
    expect(state.error?.hints).toEqual(['No remote.', 'git remote add']);
  });

  it('have a menu', async () => {
    const { commands } = await started();
    const labels = (path: string | null) =>
      badgeMenu(commands, path).items.map(item => [item.label, item.args.path]);
    expect(labels(null).map(([label]) => label)).toEqual(['Markdown', 'reStructuredText', 'HTML']);
    expect(labels('a.ipynb').every(([, path]) => path === 'a.ipynb')).toBe(true);
  });
});

describe('files', () => {
  it('of people are written only when they say so', () => {
    const files = (['absent', 'same', 'generated', 'edited', 'foreign'] as const).map(state => ({
      path: state,
      state,
      difference: ''
    }));
    const written = (overwrite: boolean) =>
      toWrite(aReport({ files }), overwrite).map(file => file.path);
    expect(written(false)).toEqual(['absent', 'generated']);
    expect(written(true)).toEqual(['absent', 'generated', 'edited', 'foreign']);
    expect(files.filter(isPeoples).map(file => file.path)).toEqual(['edited', 'foreign']);
  });
});
