/** JSON Schemas that answers must fulfil. Knows Jackson and the validator only. */
@NullMarked
package io.penstock.schema;

import org.jspecify.annotations.NullMarked;
