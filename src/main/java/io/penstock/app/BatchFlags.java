package io.penstock.app;

import picocli.CommandLine.Option;

/** The options of {@code simulate} for its Batch APIs. */
final class BatchFlags {
  @Option(names = "--batch-seconds", description = "what a batch takes; default: 2")
  String seconds;

  @Option(
      names = "--batch-window-seconds",
      description = "a batch that is not done by then expires; default: 86400")
  String windowSeconds;

  @Option(
      names = "--batch-faults",
      description =
          "expired=0.4,cancelled_by_provider=0.4,failed=0.1,lost_upload=0.1,lost_create=0.1,line_429=0.02,line_500=0.02,line_400=0.01")
  String faults;

  @Option(
      names = "--batch-faulty",
      description = "how many batches, and uploads, have faults: the first; default: all")
  String faulty;

  @Option(
      names = "--batch-hidden-seconds",
      description = "how long a new batch cannot be found; default: 0")
  String hiddenSeconds;

  @Option(
      names = "--batch-enqueued-tokens",
      description =
          "input tokens of a model in OpenAI's batches at the same time; default: no limit")
  String enqueuedTokens;

  @Option(
      names = "--batch-max-requests",
      description = "requests of a batch; default: the provider's limit")
  String maxRequests;

  @Option(
      names = "--batch-max-bytes",
      description = "bytes of a batch; default: the provider's limit")
  String maxBytes;

  @Option(
      names = "--batch-slow-create",
      description = "seconds until it is told that a batch was made; default: 0")
  String slowCreate;

  @Option(
      names = "--batch-slow-upload",
      description = "seconds until it is told that a file was uploaded; default: 0")
  String slowUpload;
}
