package io.penstock.domain;

/** The closed set of reasons for which a row has no answer, each with its treatment. */
public enum FailureKind {
  INVALID_REQUEST(Scope.PERMANENT),
  CONTEXT_TOO_LONG(Scope.PERMANENT),
  CONTENT_FILTERED(Scope.PERMANENT),
  INVALID_RESPONSE(Scope.PERMANENT),
  UNREADABLE_RESPONSE(Scope.TRANSIENT),
  RATE_LIMITED(Scope.TRANSIENT),
  OVERLOADED(Scope.TRANSIENT),
  SERVER_ERROR(Scope.TRANSIENT),
  TIMEOUT(Scope.TRANSIENT),
  NETWORK(Scope.TRANSIENT),
  EXPIRED(Scope.TRANSIENT),
  CANCELLED(Scope.TRANSIENT),
  AUTHENTICATION(Scope.ACCOUNT),
  NOT_FOUND(Scope.ACCOUNT),
  REFUSED_PARAMETER(Scope.ACCOUNT),
  QUOTA_EXHAUSTED(Scope.ACCOUNT),
  BUDGET(Scope.RUN),
  PENDING(Scope.RUN),
  NOT_ATTEMPTED(Scope.RUN);

  private enum Scope {
    PERMANENT,
    TRANSIENT,
    ACCOUNT,
    RUN
  }

  private final Scope scope;

  FailureKind(Scope scope) {
    this.scope = scope;
  }

  /** May go away by itself: tried again within a run, and a miss for the next run. */
  public boolean isTransient() {
    return scope == Scope.TRANSIENT;
  }

  /** Belongs to the request: it would fail again, so it is stored and shown by later runs. */
  public boolean isPermanent() {
    return scope == Scope.PERMANENT;
  }

  /** Would meet every row of the account or model: stops the run. */
  public boolean stopsRun() {
    return scope == Scope.ACCOUNT;
  }

  /** Says something of the request and is kept in the completion store. */
  public boolean isStored() {
    return isTransient() || isPermanent();
  }
}
