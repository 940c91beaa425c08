import * as React from 'react';

import { shown } from '../request';
import { Actions, Button, Failure } from './basics';
import { Trans } from './hooks';

interface IState {
  reason: unknown;
  failed: boolean;
}

/** Says so where what it holds cannot be drawn, and draws it anew when asked to. */
export class Boundary extends React.Component<{ children: React.ReactNode }, IState> {
  static override contextType = Trans;
  declare context: React.ContextType<typeof Trans>;

  static getDerivedStateFromError(reason: unknown): IState {
    return { reason, failed: true };
  }

  override state: IState = { reason: null, failed: false };

  override render(): React.ReactNode {
    const { reason, failed } = this.state;
    return failed ? (
      <div className="jp-Envs-card">
        <Failure error={shown(reason)} />
        <Actions>
          <Button
            label={this.context.__('Try again')}
            onClick={() => this.setState({ reason: null, failed: false })}
          />
        </Actions>
      </div>
    ) : (
      this.props.children
    );
  }
}
