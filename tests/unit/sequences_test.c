#include <string.h>

#include "support/test.h"
#include "ui/terminal/sequences.h"

// One that begins another would swallow it, or wait for it.
TEST(no_sequence_begins_another)
{
    for (size_t i = 0; i < n_sequences; i++)
        for (size_t j = 0; j < n_sequences; j++)
            if (i != j &&
                strncmp(sequences[i].bytes, sequences[j].bytes, strlen(sequences[i].bytes)) == 0)
                fail_msg("ESC%s begins ESC%s", sequences[i].bytes + 1, sequences[j].bytes + 1);
}

TEST(every_one_is_a_sequence_for_a_key)
{
    for (size_t i = 0; i < n_sequences; i++) {
        assert_int_equal(sequences[i].bytes[0], 27);
        assert_true(strlen(sequences[i].bytes) >= 3);
        assert_true(sequences[i].key == K_ENTER || sequences[i].key > K_SPECIAL);
    }
    assert_true((int)SEQUENCE_FOCUS > (int)K_MOUSE); // no key of ours
}
