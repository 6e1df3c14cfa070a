// Every kind fills its entry: one that forgets something fails here, not silently on the screen.
#include <string.h>

#include "model/identity/find_row.h"
#include "model/kinds/registry.h"
#include "model/table/rows.h"
#include "support/fake.h"
#include "support/test.h"

static const struct kind *each(int id)
{
    const struct kind *kind = kind_get((enum kind_id)id);

    assert_non_null(kind);
    return kind;
}

TEST(every_kind_has_names_of_its_own)
{
    assert_null(kind_get(NO_KIND));
    assert_null(kind_get(KINDS));
    for (int id = 1; id < KINDS; id++) {
        const struct kind *kind = each(id);

        assert_int_equal(kind->id, id);
        assert_true(kind->name[0] && kind->title[0] && kind->one[0]);
        assert_true(kind->identify && !kind->count == !kind->at);
        assert_true(!kind->count || !kind->rows.offset);
        assert_true(kind->rows.size > 0); // for recordings
        assert_true(kind->n_columns > 0);
        for (int other = 1; other < id; other++)
            assert_string_not_equal(each(other)->name, kind->name);
    }
}

TEST(places_among_tables_and_tabs_are_their_own_and_tabs_are_in_order)
{
    size_t tabs = 0;

    for (int id = 1; id < KINDS; id++) {
        const struct kind *kind = each(id);

        tabs += kind->tab > 0;
        for (int other = 1; other < id; other++) {
            assert_true(!kind->tab || kind->tab != each(other)->tab);
            assert_true(!kind->json || kind->json != each(other)->json);
            assert_true(!kind->batch || kind->batch != each(other)->batch);
            assert_true(!kind->check || kind->check != each(other)->check);
            assert_true(!kind->metrics || kind->metrics != each(other)->metrics);
        }
    }
    assert_int_equal(kind_tabs(), tabs);
    for (size_t i = 0, at; i < tabs; i++) {
        assert_true(!i || kind_of_tab(i)->tab > kind_of_tab(i - 1)->tab);
        int32_t key = kind_tab_key(kind_of_tab(i));
        assert_true(i < TAB_KEYS ? kind_tab_of_key(key, &at) && at == i : !key);
    }
    assert_null(kind_of_tab(tabs));
}

// A table is reached by a tab, by a row that opens it, or by its name in --json.
// Without the last NULL a reader goes on into what lies behind: a sanitizer sees it.
TEST(names_of_values_end)
{
    for (int id = 1; id < KINDS; id++)
        for (size_t i = 0; i < each(id)->n_columns; i++) {
            const char *const *names = each(id)->columns[i].names;
            size_t n = 0;
            while (names && names[n])
                n++;
            assert_true(!names || (n > 0 && n <= 64)); // flags are bits
        }
}

TEST(every_kind_can_be_reached)
{
    for (int id = 1; id < KINDS; id++) {
        bool reached = each(id)->tab || each(id)->json;

        for (int other = 1; other < KINDS && !reached; other++)
            reached = each(other)->enter == (enum kind_id)id;
        assert_true(reached);
    }
}

TEST(objects_know_that_they_are_and_parts_whose)
{
    for (int id = 1; id < KINDS; id++) {
        const struct kind *kind = each(id);

        if (kind_is_object(kind->id)) {
            assert_int_equal(kind->object, kind->id);
            assert_non_null(kind->word);
        } else if (kind->belongs) {
            assert_true(kind->object != NO_KIND || kind->object_of);
            assert_true(kind->owner_need != 0);
        }
        assert_true(kind->object == NO_KIND || kind_is_object(kind->object));
    }
}

TEST(what_a_kind_can_it_has_the_methods_for)
{
    for (int id = 1; id < KINDS; id++) {
        const struct kind *kind = each(id);
        bool of_object = kind->object != NO_KIND || kind->object_of;

        assert_true(!(kind->can & CAN_SIGNAL) || kind->processes || kind->subject);
        assert_true(!(kind->can & (CAN_CHANGE | CAN_LOCK)) || of_object);
        assert_true(!(kind->can & CAN_REMOVE) || of_object || kind->act_on);
        assert_true(!kind->act_on || kind->act_need);
        assert_true(!(kind->can & CAN_RESTRICT) || kind->orphan);
        assert_true(!(kind->can & CAN_WIDEN) || (kind->focus_need && kind->wide_need));
        assert_true(!(kind->flags & TABLE_NOTES) || kind->notes);
        assert_true(!kind->leads_to == !kind->lead);
    }
}

// Rows of nobody's objects: -u must not print what belongs to somebody else.
TEST(the_owner_filter_works_for_every_kind_with_an_owner)
{
    struct snapshot *s = fake_story();

    for (int id = 1; id < KINDS; id++) {
        const struct query query = {.kind = each(id), .has_owner = true, .owner = 4242};
        struct identity object;
        struct rows rows = {0};

        rows_build(&rows, s, &query);
        for (size_t i = 0; i < rows.n; i++)
            assert_false(row_object(query.kind, s, rows.at[i], &object));
        vec_free(&rows);
    }
    snapshot_unref(s);
}

// Else --user would show everybody's rows.
TEST(whose_rows_they_are_is_known_where_a_column_shows_it)
{
    for (int id = 1; id < KINDS; id++) {
        const struct kind *kind = each(id);

        if (kind_column(kind, "owner"))
            assert_true(kind->owner || kind->object != NO_KIND || kind->object_of);
    }
}

TEST(a_row_is_found_again_and_named)
{
    struct snapshot *s = fake_story();
    char name[80];

    for (int id = 1; id < KINDS; id++) {
        const struct kind *kind = each(id);

        for (size_t i = 0; i < kind_count(kind, s); i++) {
            struct identity identity;

            kind->identify(s, kind_at(kind, s, i), &identity);
            assert_int_equal(identity.kind, id);
            assert_ptr_equal(find_row(s, &identity), kind_at(kind, s, i));
            assert_true(identity_text(&identity, name, sizeof name)[0]);
        }
    }
    snapshot_unref(s);
}
