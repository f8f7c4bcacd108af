package io.penstock.domain;

/** Why a model stopped; the provider's own word is kept beside it. */
public enum FinishReason {
  STOP,
  LENGTH,
  CONTENT_FILTER,
  TOOL_CALL,
  OTHER
}
