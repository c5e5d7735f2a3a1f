"""Many bags, a process each, on one machine or many: retried, resumed, and each in the results exactly once.

What is made of a bag is the caller's (`Job.work`): this package finds bags, runs the work where it may crash or never
end, and puts together what came out.
"""
