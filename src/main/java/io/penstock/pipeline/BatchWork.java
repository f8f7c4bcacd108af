package io.penstock.pipeline;

import io.penstock.pipeline.ShardStage.Shards;

/** The requests of a round, by how they are delivered. */
record BatchWork(Shards realtime, Shards batch) {}
