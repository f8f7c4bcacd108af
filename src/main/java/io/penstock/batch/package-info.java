/** Delivery through the providers' Batch APIs: what is pending, and what becomes of it. */
@NullMarked
package io.penstock.batch;

import org.jspecify.annotations.NullMarked;
