//! Where things stand on paper: in columns from left to right, each box to the right of those that lead to it.
//!
//! The way of Sugiyama, Tagawa and Toda (1981): [`ranks`] finds the column of each box, [`order`] the order within a
//! column so that few lines cross, [`heights`] how high each stands. A line that passes a column stands in it with a
//! place of its own, and so does its label; so nothing lies on anything. The same picture always comes out the same.
//!
//! Knows nothing of policies, and measures no text. Lengths are whole pixels.

mod heights;
mod order;
mod ranks;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use thiserror::Error;

pub(super) use heights::Item;

/// A box to be placed. Its anchor is the middle of its side, where lines end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) width: i64,
    /// From its top to its anchor, and as much of it is below.
    pub(super) half: i64,
    /// What hangs below it.
    pub(super) below: i64,
    pub(super) column: Column,
}

/// Where a box may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// On the left.
    First,
    /// To the right of those that lead to it.
    Free,
}

/// A line to be drawn between two different boxes, named by their places in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The size of its label, which stands on the line.
    pub(super) width: i64,
    pub(super) height: i64,
}

/// A place on paper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) x: i64,
    pub(super) y: i64,
}

/// Where everything stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// For each box, its left side and the height of its anchor.
    pub(super) boxes: Vec<Placed>,
    /// For each line, its way.
    pub(super) routes: Vec<Route>,
    pub(super) width: i64,
    pub(super) height: i64,
}

/// A box on paper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Placed {
    /// The middle of its left side.
    pub(super) anchor: Point,
    /// All boxes of one column are equally wide.
    pub(super) width: i64,
}

/// The way of a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Route {
    /// Its beginning, the places in between in pairs with a straight part from one to the other, and its end.
    pub(super) points: Vec<Point>,
    /// The middle of the lower edge of its label.
    pub(super) label: Point,
    /// Whether it leads back to the left.
    pub(super) is_back: bool,
}

/// A picture of more than anybody could read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the picture would be too large to be drawn")]
pub(super) struct TooLarge;

/// The most boxes.
const MOST_BOXES: usize = 500;
/// The most lines.
const MOST_LINKS: usize = 2000;
/// The most places in all columns.
const MOST_ITEMS: usize = 20_000;
/// Between a column of boxes and one of labels, for the lines to turn.
const GAP: i64 = 36;

/// Places `shapes` and `links`.
///
/// # Errors
/// When they are too many.
pub(super) fn layout(shapes: &[Shape], links: &[Link]) -> Result<Layout, TooLarge> {
    if shapes.len() > MOST_BOXES || links.len() > MOST_LINKS {
        return Err(TooLarge);
    }
    let ranks = ranks::ranks(shapes, links);
    let mut grid = Grid::new(shapes, links, &ranks)?;
    let parts = order::parts(&grid.items, &grid.joints);
    let columns = order::ordered(&parts, &grid.items, &grid.joints);
    grid.spread_ports(&columns);
    let heights = heights::heights(&columns, &grid.items, &grid.joints);
    Ok(grid.drawn(&ranks.back, &heights))
}

/// Two places in neighbouring columns with a line between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Joint {
    pub(super) left: usize,
    pub(super) right: usize,
    /// How far from the anchor of the left one the line ends.
    pub(super) left_port: i64,
    pub(super) right_port: i64,
}

/// All places, those of the boxes first.
struct Grid {
    items: Vec<Item>,
    joints: Vec<Joint>,
    /// For each line, the places on its way, from left to right.
    chains: Vec<Vec<usize>>,
    boxes: usize,
}

impl Grid {
    fn new(shapes: &[Shape], links: &[Link], ranks: &ranks::Ranks) -> Result<Self, TooLarge> {
        let boxes = shapes.iter().zip(&ranks.ranks).map(|(shape, rank)| Item::of_box(shape, *rank));
        let mut grid =
            Self { items: boxes.collect(), joints: Vec::new(), chains: Vec::new(), boxes: shapes.len() };
        for (link, is_back) in links.iter().zip(&ranks.back) {
            grid.chain(link, *is_back)?;
        }
        Ok(grid)
    }

    /// Adds a place in each column on the way of `link`; the last before its end, on the right, has the label.
    fn chain(&mut self, link: &Link, is_back: bool) -> Result<(), TooLarge> {
        let (left, right) = if is_back { (link.to, link.from) } else { (link.from, link.to) };
        let column = |at: usize| self.items.get(at).map(|item| item.column).unwrap_or_default();
        let (first, last) = (column(left).saturating_add(1), column(right));
        let mut chain = vec![left];
        for column in first..last {
            let has_label = column.saturating_add(1) == last;
            chain.push(self.items.len());
            self.items.push(if has_label { Item::of_label(link, column) } else { Item::bend(column) });
            if self.items.len() > MOST_ITEMS {
                return Err(TooLarge);
            }
        }
        chain.push(right);
        let pairs = chain.iter().zip(chain.iter().skip(1));
        self.joints.extend(pairs.map(|(&left, &right)| Joint { left, right, left_port: 0, right_port: 0 }));
        self.chains.push(chain);
        Ok(())
    }

    /// Gives each line that ends at a box its own place on the side of that box, in the order of the other ends.
    fn spread_ports(&mut self, columns: &[Vec<usize>]) {
        let mut position: BTreeMap<usize, usize> = BTreeMap::new();
        for column in columns {
            position.extend(column.iter().enumerate().map(|(place, item)| (*item, place)));
        }
        let place = |item: usize| position.get(&item).copied().unwrap_or_default();
        let mut sides: BTreeMap<(usize, bool), Vec<(usize, usize)>> = BTreeMap::new();
        for (n, joint) in self.joints.iter().enumerate() {
            sides.entry((joint.left, true)).or_default().push((place(joint.right), n));
            sides.entry((joint.right, false)).or_default().push((place(joint.left), n));
        }
        for ((item, is_left), mut ends) in sides {
            ends.sort_unstable();
            let half = self.items.get(item).map(|item| item.half).unwrap_or_default();
            let count = length(ends.len());
            let step = (2 * half - 8).max(0).checked_div(count).unwrap_or_default().min(18);
            for (place, (_, n)) in ends.into_iter().enumerate() {
                let port = (2 * length(place) - (count - 1)) * step / 2;
                if let Some(joint) = self.joints.get_mut(n) {
                    *(if is_left { &mut joint.left_port } else { &mut joint.right_port }) = port;
                }
            }
        }
    }

    fn drawn(&self, back: &[bool], heights: &[i64]) -> Layout {
        let columns = self.columns();
        let y = |item: usize| heights.get(item).copied().unwrap_or_default();
        let column = |item: usize| {
            let column = self.items.get(item).map(|item| item.column).unwrap_or_default();
            columns.get(column).copied().unwrap_or_default()
        };
        let boxes = (0..self.boxes).map(|item| {
            let (x, width) = column(item);
            Placed { anchor: Point { x, y: y(item) }, width }
        });
        let mut joints = self.joints.iter();
        let routes = self.chains.iter().zip(back).map(|(chain, is_back)| {
            let joints: Vec<_> = joints.by_ref().take(chain.len().saturating_sub(1)).collect();
            let mut points = Vec::new();
            for joint in &joints {
                let ((left, width), (right, _)) = (column(joint.left), column(joint.right));
                points.push(Point { x: left + width, y: y(joint.left) + joint.left_port });
                points.push(Point { x: right, y: y(joint.right) + joint.right_port });
            }
            if *is_back {
                points.reverse();
            }
            let label = chain.iter().rev().nth(1).map(|&item| {
                let (x, width) = column(item);
                Point { x: x + width / 2, y: y(item) }
            });
            Route { points, label: label.unwrap_or_default(), is_back: *is_back }
        });
        let width = columns.last().map(|(x, width)| x + width).unwrap_or_default();
        let low = self.items.iter().enumerate().map(|(n, item)| y(n) + item.below);
        Layout {
            boxes: boxes.collect(),
            routes: routes.collect(),
            width,
            height: low.max().unwrap_or_default(),
        }
    }

    /// Where each column begins, and how wide it is.
    fn columns(&self) -> Vec<(i64, i64)> {
        let mut widths: Vec<i64> = Vec::new();
        for Item { column, width, .. } in &self.items {
            widths.resize(widths.len().max(column.saturating_add(1)), 0);
            if let Some(widest) = widths.get_mut(*column) {
                *widest = (*widest).max(*width);
            }
        }
        let mut x = 0;
        let columns = widths.into_iter().map(|width| {
            let left = x;
            x += width + GAP;
            (left, width)
        });
        columns.collect()
    }
}

/// A number of things as a length.
pub(super) fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
