//! How high each place stands: as near to its neighbours as the others of its column let it, so that lines are straight
//! where they can be.

use super::{Column, Joint, Link, Shape};

/// One place in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::graph) struct Item {
    pub(super) column: usize,
    pub(super) width: i64,
    /// From its anchor up.
    pub(super) above: i64,
    /// From its anchor down.
    pub(super) below: i64,
    /// How much of its sides lines may end at, from the anchor up and down.
    pub(super) half: i64,
    role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    FirstBox,
    FreeBox,
    Label,
    Bend,
}

/// How often the heights are looked for.
const ROUNDS: usize = 80;

impl Item {
    pub(super) fn of_box(shape: &Shape, rank: usize) -> Self {
        let Shape { width, half, below, column } = *shape;
        let role = match column {
            Column::First => Role::FirstBox,
            Column::Free => Role::FreeBox,
        };
        Self { column: rank.saturating_mul(2), width, above: half, below: half + below, half, role }
    }

    /// A label stands on its line.
    pub(super) const fn of_label(link: &Link, column: usize) -> Self {
        Self { column, width: link.width, above: link.height + 3, below: 3, half: 0, role: Role::Label }
    }

    pub(super) const fn bend(column: usize) -> Self {
        Self { column, width: 0, above: 3, below: 3, half: 0, role: Role::Bend }
    }

    pub(super) fn is_free_box(&self) -> bool {
        self.role == Role::FreeBox
    }

    /// How far apart the edges of two neighbours are.
    const fn gap(self, other: Self) -> i64 {
        match (self.role, other.role) {
            (Role::FirstBox | Role::FreeBox, Role::FirstBox | Role::FreeBox) => 22,
            (Role::FirstBox | Role::FreeBox, _) | (_, Role::FirstBox | Role::FreeBox) => 14,
            (Role::Label, _) | (_, Role::Label) => 7,
            (Role::Bend, Role::Bend) => 8,
        }
    }

    /// How much a line between two places is to be straight.
    fn pull(self, other: Self) -> i64 {
        let is_box = |item: Self| matches!(item.role, Role::FirstBox | Role::FreeBox);
        match (is_box(self), is_box(other)) {
            (true, true) => 1,
            (true, false) | (false, true) => 2,
            (false, false) => 6,
        }
    }
}

/// The height of the anchor of each place; the highest edge is at 0.
pub(super) fn heights(columns: &[Vec<usize>], items: &[Item], joints: &[Joint]) -> Vec<i64> {
    let mut field = Field::new(columns, items, joints);
    for round in 0..ROUNDS {
        let side = match (round % 2 == 0, round < ROUNDS / 4) {
            (_, false) => Side::Both,
            (true, true) => Side::Left,
            (false, true) => Side::Right,
        };
        let count = columns.len();
        for step in 0..count {
            let n = if round % 2 == 0 { step } else { count.saturating_sub(step).saturating_sub(1) };
            if let Some(column) = columns.get(n) {
                field.settle(column, side);
            }
        }
    }
    field.into_heights()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
    Both,
}

struct Field<'i> {
    items: &'i [Item],
    heights: Vec<i64>,
    /// For each place, its neighbours on the left: which one, how much higher this place would be for a straight line, and
    /// how much that matters.
    left: Vec<Vec<(usize, i64, i64)>>,
    right: Vec<Vec<(usize, i64, i64)>>,
}

impl<'i> Field<'i> {
    fn new(columns: &[Vec<usize>], items: &'i [Item], joints: &[Joint]) -> Self {
        let mut left = vec![Vec::new(); items.len()];
        let mut right = vec![Vec::new(); items.len()];
        for joint in joints {
            let (Some(one), Some(other)) = (items.get(joint.left), items.get(joint.right)) else { continue };
            let (shift, pull) = (joint.left_port - joint.right_port, one.pull(*other));
            if let Some(of) = left.get_mut(joint.right) {
                of.push((joint.left, shift, pull));
            }
            if let Some(of) = right.get_mut(joint.left) {
                of.push((joint.right, -shift, pull));
            }
        }
        let mut field = Self { items, heights: vec![0; items.len()], left, right };
        for column in columns {
            let stacked = field.stacked(column);
            for (&item, height) in column.iter().zip(stacked) {
                field.put(item, height);
            }
        }
        field
    }

    fn put(&mut self, item: usize, height: i64) {
        if let Some(at) = self.heights.get_mut(item) {
            *at = height;
        }
    }

    fn height(&self, item: usize) -> i64 {
        self.heights.get(item).copied().unwrap_or_default()
    }

    /// The heights of `column`, each place as high as it can be.
    fn stacked(&self, column: &[usize]) -> Vec<i64> {
        let mut last: Option<(Item, i64)> = None;
        let stacked = column.iter().filter_map(|item| {
            let item = *self.items.get(*item)?;
            let height = last
                .map_or(item.above, |(above, height)| height + above.below + above.gap(item) + item.above);
            last = Some((item, height));
            Some(height)
        });
        stacked.collect()
    }

    fn is_alone(&self, item: usize) -> bool {
        [&self.left, &self.right].iter().all(|side| side.get(item).is_none_or(Vec::is_empty))
    }

    /// Where `item` wants to be, and how much.
    fn wish(&self, item: usize, side: Side) -> (i64, i64) {
        let of = |neighbours: &[Vec<(usize, i64, i64)>]| neighbours.get(item).cloned().unwrap_or_default();
        let neighbours = match side {
            Side::Left => of(&self.left),
            Side::Right => of(&self.right),
            Side::Both => [of(&self.left), of(&self.right)].concat(),
        };
        let pull: i64 = neighbours.iter().map(|(_, _, pull)| pull).sum();
        let sum: i64 = neighbours.iter().map(|&(at, shift, pull)| (self.height(at) + shift) * pull).sum();
        match sum.checked_div(pull) {
            Some(wish) => (wish, pull),
            None if self.is_alone(item) => (0, 0),
            None => (self.height(item), 1),
        }
    }

    /// Brings `column` as near to its wishes as its order and distances allow. Taken less what it would be if all were
    /// stacked, the heights must only not fall; the nearest such heights are the means of pooled neighbours.
    fn settle(&mut self, column: &[usize], side: Side) {
        let stacked = self.stacked(column);
        let mut pools: Vec<Pool> = Vec::new();
        for (&item, stacked) in column.iter().zip(&stacked) {
            let (wish, pull) = self.wish(item, side);
            let mut pool = Pool { sum: (wish - stacked) * pull, pull, count: 1 };
            // What nothing leads to stands right below the one above it.
            while let Some(last) = pools.pop_if(|last| pool.pull == 0 || last.mean() >= pool.mean()) {
                pool = last.with(&pool);
            }
            pools.push(pool);
        }
        let shifts = pools.iter().flat_map(|pool| std::iter::repeat_n(pool.mean(), pool.count));
        for ((&item, stacked), shift) in column.iter().zip(stacked).zip(shifts) {
            self.put(item, stacked + shift);
        }
    }

    fn into_heights(self) -> Vec<i64> {
        let tops = self.items.iter().zip(&self.heights).map(|(item, height)| height - item.above);
        let top = tops.min().unwrap_or_default();
        self.heights.into_iter().map(|height| height - top).collect()
    }
}

/// Neighbours that push each other.
struct Pool {
    sum: i64,
    pull: i64,
    count: usize,
}

impl Pool {
    fn mean(&self) -> i64 {
        self.sum.div_euclid(self.pull.max(1))
    }

    fn with(&self, other: &Self) -> Self {
        Self {
            sum: self.sum + other.sum,
            pull: self.pull + other.pull,
            count: self.count.saturating_add(other.count),
        }
    }
}
