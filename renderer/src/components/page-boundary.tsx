import { Component, type ReactNode } from "react";
import { ErrorPanel } from "./error-panel.tsx";

interface State {
  readonly error: unknown;
}

/** Keeps a fault of one page on that page. React offers this to classes only. */
export class PageBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <ErrorPanel
        error={this.state.error}
        what="This page could not be drawn"
        onRetry={() => this.setState({ error: null })}
      />
    );
  }
}
